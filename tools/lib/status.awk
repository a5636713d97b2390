# The tables of docs/status.md, from four files: names of tests, results, items, requirements.
#
# Says on stderr which items have no test, and exits with 1 then. `places`, given by -v, are the columns.
BEGIN {
    FS = "\t"
    place_count = split(places, place, " ")
}
FILENAME ~ /tests$/ { tests[++test_count] = $1; next }
FILENAME ~ /results$/ {
    results[++result_count] = $4
    place_of[result_count] = $2
    verdict[result_count] = $3
    reason[result_count] = $5
    next
}
FNR == 1 { is_requirements = FILENAME ~ /requirements/ }
/^## / { begin_section(substr($0, 4)) }
/^#/ { next }
/^$/ { next }
is_requirements { requirement(); next }
{ item() }

function begin_section(title,    i, head, rule) {
    out("\n## " title "\n")
    head = is_requirements ? "| id | what is asked for | shown by |" : "| item | shown by |"
    rule = is_requirements ? "|---|---|---|" : "|---|---|"
    for (i = 1; i <= place_count; ++i) {
        head = head " " place[i] " |"
        rule = rule "---|"
    }
    out(head "\n" rule)
}

function item(    i, shown) {
    if (NF < 2) { wrong("no test shows \"" $1 "\"") }
    clear()
    for (i = 2; i <= NF; ++i) {
        add($i, 1, $1)
        shown = shown (i > 2 ? ", " : "") "`" $i "`"
    }
    out("| " $1 " | " shown " | " cells() " |")
    count_item()
}

function requirement(    i, shown, found) {
    if ($2 !~ /^(must|should|may)$/) { wrong($1 ": \"" $2 "\" is no level") }
    clear()
    found = add("conformance/" $1, 0) + add("conformance/" $1 ".*", 0)
    if (found) { shown = "`conformance/" $1 "*`" }
    if (!found && NF < 4) { wrong("no test shows " $1 ", " $3) }
    for (i = 4; i <= NF; ++i) {
        add($i, 1, $1)
        shown = shown (shown != "" ? ", " : "") "`" $i "`"
    }
    out("| " $1 " (" $2 ") | " $3 " | " shown " | " cells() " |")
    count_item()
}

function clear() {
    delete seen
    delete tally
}

# Takes up the results of a pattern; a pattern without a test is an error where it must have some.
function add(pattern, must, whose,    expression, i, found, group) {
    expression = pattern
    gsub(/[][\\.^$+?(){}|]/, "\\\\&", expression)
    gsub(/\*/, ".*", expression)
    expression = "^" expression "$"
    for (i = 1; i <= test_count && !found; ++i) { found = tests[i] ~ expression }
    if (!found && must) { wrong("there is no test " pattern ", which \"" whose "\" names") }
    for (i = 1; i <= result_count; ++i) {
        group = results[i]
        sub(/\/.*/, "", group)
        if ((results[i] ~ expression || group == pattern) && !(i in seen)) {
            seen[i] = 1
            ++tally[place_of[i], verdict[i]]
        }
    }
    return found
}

function cells(    i, text) {
    for (i = 1; i <= place_count; ++i) { text = text (i > 1 ? " | " : "") cell(place[i]) }
    return text
}

function cell(where,    passed, failed, skipped, text) {
    passed = tally[where, "pass"] + 0
    failed = tally[where, "fail"] + 0
    skipped = tally[where, "skip"] + 0
    if (failed) { text = "✗ " failed }
    if (passed) { text = text (text != "" ? ", " : "") "✓ " passed }
    if (skipped) { text = text (text != "" ? ", " : "") skipped " skipped" }
    return text != "" ? text : "–"
}

function count_item(    i, passed, failed) {
    for (i = 1; i <= place_count; ++i) {
        passed += tally[place[i], "pass"]
        failed += tally[place[i], "fail"]
    }
    ++lines
    if (failed) { ++red } else if (passed) { ++green } else { ++open }
}

function out(line) { page = page line "\n" }
function wrong(text) {
    print text > "/dev/stderr"
    status = 1
}

END {
    printf "\n**%d lines: %d shown, %d not shown by the last run, %d failed**\n", lines, green, open, red
    printf "%s", page
    skips()
    exit status
}

# Each skip with its reason, once for all tests that give the same one.
function skips(    i, key, keys, n, order, test) {
    for (i = 1; i <= result_count; ++i) {
        if (verdict[i] != "skip") { continue }
        key = place_of[i] "\t" reason[i]
        if (!(key in keys)) { order[++n] = key }
        test = results[i]
        keys[key] = keys[key] (key in keys && keys[key] != "" ? ", " : "") "`" test "`"
    }
    if (n == 0) { return }
    printf "\n## What was skipped\n\n| place | reason | tests |\n|---|---|---|\n"
    for (i = 1; i <= n; ++i) {
        split(order[i], part, "\t")
        printf "| %s | %s | %s |\n", part[1], part[2], keys[order[i]]
    }
}
