int unused_root_test;
