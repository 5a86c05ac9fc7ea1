garco_add_test (test_civil_time)
garco_add_test (test_base)
garco_add_test (test_source)
garco_add_test (test_sink)
