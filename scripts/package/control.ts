/** The words of the Debian package: control file, changelog, copyright. */

export interface PackageFacts {
  /** As in package.json. */
  readonly version: string;
  readonly architecture: 'amd64' | 'arm64';
  /** Size of everything installed, in KiB. */
  readonly installedKiB: number;
  readonly nodeVersion: string;
  /** When the package was made, in seconds since 1970. */
  readonly epoch: number;
}

const maintainer = 'upsteward maintainers <upsteward@packages.local>';

/** The version of the package. The part behind the dash counts packages of one version of the program. */
export const debianVersion = (version: string): string => `${version.replace('-', '~')}-1`;

export function controlFile({ version, architecture, installedKiB, nodeVersion }: PackageFacts): string {
  return `Package: upsteward
Version: ${debianVersion(version)}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${installedKiB}
Depends: adduser, init-system-helpers (>= 1.52), libc6 (>= 2.28), libstdc++6 (>= 8)
Recommends: ca-certificates, systemd
Section: net
Priority: optional
Description: watches UPS units and tells a reseller what is due
 upsteward runs on a server next to Smart-UPS units and reads them over SNMP,
 Modbus, a serial line, NUT or apcupsd. It tells a reseller who has accepted in
 time that a battery, a warranty or a service plan runs out: 90, 30 and 7 days
 ahead and on the day.
 .
 The package brings its own Node.js runtime (${nodeVersion}) and needs no other one.
`;
}

/** The changelog of the package; that of the program lies beside it. */
export function debianChangelog({ version, epoch }: Pick<PackageFacts, 'version' | 'epoch'>): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  return `upsteward (${debianVersion(version)}) stable; urgency=medium

  * Version ${version}: see changelog.gz.

 -- ${maintainer}  ${date}
`;
}

export interface Library {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Below /usr/lib/upsteward. */
  readonly folder: string;
}

/** Who holds the rights to what, in Debian's machine-readable form. */
export function copyrightFile(libraries: readonly Library[], nodeVersion: string): string {
  const used = [...new Set(libraries.map(({ licence }) => licence))].sort();
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: upsteward
Comment: The texts of the licences of all libraries lie in their folders below
 /usr/lib/upsteward/node_modules.

Files: *
Copyright: © 2026 the upsteward authors
License: Apache-2.0

Files: usr/lib/upsteward/bin/node
Copyright: © Node.js contributors, and those named in node.LICENSE.gz
License: Node.js
Comment: Node.js ${nodeVersion}, unchanged, from the npm registry.

${libraries
  .map(
    ({ name, version, licence, folder }) => `Files: usr/lib/upsteward/${folder}/*
Copyright: © the authors of ${name}, as its folder says
License: ${licence}
Comment: ${name} ${version}
`,
  )
  .join('\n')}
License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.

License: Node.js
 /usr/share/doc/upsteward/node.LICENSE.gz
${used
  .filter((licence) => licence !== 'Apache-2.0')
  .map((licence) => `\nLicense: ${licence}\n See the file LICENSE in the folder of the library.\n`)
  .join('')}`;
}
