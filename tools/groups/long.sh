# Groups that take long, for --full: other compilers and other systems.
# shellcheck shell=bash disable=SC2034,SC2154  # variables are shared with who sources this
