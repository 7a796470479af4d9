# Writes OUTPUT: the functions of HEADER, each of which returns one of the text files FILES.
# FUNCTIONS are their names, in the same order.
set(text "#include \"${HEADER}\"\n\nnamespace counterfoil {\n\n")
foreach(file function IN ZIP_LISTS FILES FUNCTIONS)
  file(READ ${file} content)
  string(APPEND text "std::string_view ${function}() {\n  return R\"text(${content})text\";\n}\n\n")
endforeach()
string(APPEND text "}  // namespace counterfoil\n")
file(WRITE ${OUTPUT} "${text}")
