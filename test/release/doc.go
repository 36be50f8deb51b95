// Package release makes a release of the commit at hand, publishes it to a
// GitHub that the test plays, and opens every file that arrives there. It
// proves that
//
//   - the release has its section of CHANGELOG.md as notes, and these files
//     alone;
//   - an archive holds the program, the license, the documentation and the
//     shells' completions, owned by root and as old as the commit;
//   - the program runs, tells version and commit, knows no path of the machine
//     that built it, and is the one of the image, byte for byte;
//   - checksums.txt has every file, and the hashes are right;
//   - the SBOM is valid CycloneDX and lists the modules that Go's linker wrote
//     into the program, no more and no less;
//   - another machine, with another umask and time zone, makes the same bytes;
//   - what the documentation says of installing it works.
package release
