# Reports of the conformance suite (an array of them) as a page of Markdown.

def sign: {pass: "✓", fail: "✗", skip: "–", broken: "?"}[.];
def cell: gsub("\\|"; "\\|") | gsub("\n"; " ");
def line: "| " + join(" | ") + " |";
def count($level; $verdict): [.rows[] | select(.level == $level and .verdict == $verdict)] | length;

. as $reports
| [$reports[].runtime] as $names
| ($reports | map(.rows | map({key: .id, value: .}) | from_entries)) as $by_id
| def verdicts($id): [$by_id[] | .[$id].verdict // "broken" | sign];
  [
    (["", "MUST ✓", "MUST ✗", "SHOULD ✓", "SHOULD ✗", "MAY ✓", "MAY ✗", "not shown here (–)"] | line),
    "|---|---|---|---|---|---|---|---|",
    ($reports[]
      | [.runtime, (["MUST", "SHOULD", "MAY"][] as $level | count($level; "pass"), count($level; "fail") | tostring),
         ([.rows[] | select(.verdict == "skip")] | length | tostring)]
      | line),
    "",
    "## What failed",
    "",
    (["id", "level", "requirement", "runtime", "what was seen"] | line),
    "|---|---|---|---|---|",
    ($reports[] as $report | $report.rows[] | select(.verdict == "fail" or .verdict == "broken")
      | [.id, .level, (.sentence | cell), $report.runtime, (.text | cell)] | line),
    "",
    "## All rows",
    "",
    (["id", "level", "since", "requirement"] + $names | line),
    "|---|---|---|---|" + ($names | map("---|") | add),
    ($reports[0].rows[] | [.id, .level, .since, (.sentence | cell)] + verdicts(.id) | line)
  ][]
