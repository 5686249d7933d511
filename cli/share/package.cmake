# The Debian package, by CPack: `cpack` in a build folder. The licence is its owner's decision: there is no copyright file.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME oomwhy)
set(CPACK_PACKAGE_CONTACT "oomwhy maintainers <maintainers@oomwhy.example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "explain Linux OOM kills from kernel logs and journals")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Reads the OOM killer's reports in any spelling of a log, recomputes the
kernel's choice, accounts for the memory, tells the cause from the victim and
proposes settings. Has a nightly scan and metrics for Prometheus.")
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# With a staging folder in front of every path: /etc is no part of the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/conffiles "/etc/oomwhy.conf\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_BINARY_DIR}/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
  WORLD_READ WORLD_EXECUTE)
include(CPack)

# What Debian's policy wants compressed.
find_program(GZIP gzip)
function(install_compressed source name destination)
  set(packed ${CMAKE_CURRENT_BINARY_DIR}/${name}.gz)
  add_custom_command(OUTPUT ${packed} COMMAND ${GZIP} -9nc ${source} > ${packed} DEPENDS ${source} VERBATIM)
  add_custom_target(pack_${name} ALL DEPENDS ${packed})
  install(FILES ${packed} DESTINATION ${destination})
endfunction()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/changelog @ONLY CONTENT
"oomwhy (@PROJECT_VERSION@) unstable; urgency=medium

  * See CHANGELOG.md in the source.

 -- oomwhy maintainers <maintainers@oomwhy.example.org>  Tue, 18 Nov 2025 02:02:41 +0000
")
install_compressed(${CMAKE_CURRENT_BINARY_DIR}/changelog changelog ${CMAKE_INSTALL_DOCDIR})
install_compressed(${CMAKE_CURRENT_SOURCE_DIR}/share/oomwhy.1 oomwhy.1 ${CMAKE_INSTALL_MANDIR}/man1)
