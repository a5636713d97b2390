# The table of docs/results/machines.md: a line per row and per case, a column per place where they run.
#
# Reads what result_lines of tools/status prints, for the groups conformance and integration; PLACES are the columns.
BEGIN {
    FS = "\t"
    columns = split(PLACES, places, " ")
    mark[1] = "✓"
    mark[0] = "✗"
}
$4 !~ /^(conformance|integration)\// { next }
!($4 in known) { known[$4]; names[++count] = $4 }
{ cells[$4, $2] = $3 == "skip" ? note($5) : mark[$3 == "pass"]; ++total[$2, $3] }
$3 == "fail" { failures = failures "| " $2 " | `" $4 "` | " cell_text($5) " |\n" }

# A text as it can stand in a table.
function cell_text(text) {
    gsub(/\|/, "\\|", text)
    return text
}

# A skip is a number, which stands for its reason below the table.
function note(reason) {
    if (!(reason in numbers)) {
        numbers[reason] = ++notes
        reasons[notes] = reason
    }
    return "– " numbers[reason]
}

END {
    head = "| |"
    rule = "|---|"
    for (i = 1; i <= columns; ++i) {
        head = head " " places[i] " |"
        rule = rule "---|"
    }
    print head "\n" rule
    split("pass fail skip", verdicts, " ")
    split("passed failed skipped", words, " ")
    for (v = 1; v <= 3; ++v) {
        text = "| " words[v] " |"
        for (i = 1; i <= columns; ++i) { text = text " " total[places[i], verdicts[v]] + 0 " |" }
        print text
    }
    if (failures != "") { printf "\n## What failed\n\n| machine | test | reason |\n|---|---|---|\n%s", failures }
    print "\n## Row by row\n\nA number stands for the reason of a skip, below; an empty field for a test that was not run there.\n"
    print head "\n" rule
    for (n = 1; n <= count; ++n) {
        text = "| `" names[n] "` |"
        for (i = 1; i <= columns; ++i) { text = text " " cells[names[n], places[i]] " |" }
        print text
    }
    print "\n## Reasons\n"
    for (n = 1; n <= notes; ++n) { print n ". " reasons[n] }
}
