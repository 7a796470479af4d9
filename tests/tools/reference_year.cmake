# The reference year's generator, checked by reading its files alone.
find_program(COUNTERFOIL_PYTHON3 python3 REQUIRED)
add_test(NAME "tools: the reference year has the totals of the published report"
  COMMAND ${COUNTERFOIL_PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/reference_year_test.py)
add_test(NAME "tools: the reference year replays without a breach"
  COMMAND ${COUNTERFOIL_PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/reference_year_replay_test.py)
add_test(NAME "tools: the reference year keeps the rules of its city"
  COMMAND ${COUNTERFOIL_PYTHON3} ${CMAKE_CURRENT_LIST_DIR}/reference_year_rules_test.py)
