# Which sources can be compiled together: prints "GROUP FILE" for each file of the command line, at most -v most=N files
# in one group.
#
# Two files may not share a group if one of them gives a meaning to a name (in an anonymous namespace, by `using`, as a
# macro) and the other so much as mentions it, unless with the very same `using`; nor if they open different namespaces.
FNR == 1 {
    file = FILENAME
    files[++count] = file
    anonymous = 0
}
!/^using / { mention($0) }
/^namespace \{/ { anonymous = 1; next }
/^\} \/\/ namespace$/ { anonymous = 0; next }
/^using namespace / { opened[file] = opened[file] $0; next }
/^#define / { claim($2, file); next }
/^using [a-z_]+::[A-Za-z_:]+;/ {
    name = $2
    sub(/;.*/, "", name)
    sub(/.*::/, "", name)
    claim(name, $0)
    next
}
/^using .* = / { claim($2, $0); next }
# clang-format leaves the lines that begin a definition unindented, and the first word there that is followed by one of
# ({=[;: is the name. Words in capitals are macros of the tests.
anonymous && /^[A-Za-z_]/ {
    rest = $0
    gsub(/::/, "  ", rest)
    if (match(rest, /[A-Za-z_][A-Za-z_0-9]* ?[({=[;:]/)) {
        name = substr(rest, RSTART, RLENGTH - 1)
        sub(/ $/, "", name)
        if (name !~ /^[A-Z_0-9]+$/) { claim(name, file) }
    }
}

function claim(name, meaning) {
    sub(/\(.*/, "", name)
    if ((file, name) in meanings) { return }
    names[file] = names[file] " " name
    mentioned[file, name] = 1
    vocabulary[file] = vocabulary[file] " " name
    meanings[file, name] = meaning
}

# Words of the code; what stands behind :: . -> or // is found elsewhere, or nowhere.
function mention(line,    words, n, i) {
    sub(/\/\/.*/, "", line)
    gsub(/(::|\.|->)[A-Za-z_0-9]+/, " ", line)
    n = split(line, words, /[^A-Za-z_0-9]+/)
    for (i = 1; i <= n; ++i) {
        if (words[i] != "" && !((file, words[i]) in mentioned)) {
            mentioned[file, words[i]] = 1
            vocabulary[file] = vocabulary[file] " " words[i]
        }
    }
}

function fits(file, group,    list, n, i, name) {
    if (size[group] >= most || opened[file] != opened[first[group]]) { return 0 }
    n = split(names[file], list, " ")
    for (i = 1; i <= n; ++i) {
        name = list[i]
        if ((group, name) in heard && taken[group, name] != meanings[file, name]) { return 0 }
    }
    n = split(claims[group], list, " ")
    for (i = 1; i <= n; ++i) {
        name = list[i]
        if ((file, name) in mentioned && taken[group, name] != meanings[file, name]) { return 0 }
    }
    return 1
}

function add(file, group,    list, n, i) {
    ++size[group]
    n = split(names[file], list, " ")
    for (i = 1; i <= n; ++i) { taken[group, list[i]] = meanings[file, list[i]] }
    claims[group] = claims[group] names[file]
    n = split(vocabulary[file], list, " ")
    for (i = 1; i <= n; ++i) { heard[group, list[i]] = 1 }
    print group, file
}

END {
    for (f = 1; f <= count; ++f) {
        for (group = 1; group <= groups && !fits(files[f], group); ++group) {}
        if (group > groups) {
            groups = group
            first[group] = files[f]
        }
        add(files[f], group)
    }
}
