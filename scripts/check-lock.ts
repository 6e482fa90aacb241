/**
 * Whether `npm ci` will accept the lock file on any machine: `tsx scripts/check-lock.ts`.
 * A lock file that was written while a platform's binary could not be seen lacks its entry, and is refused elsewhere.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [kind: string]: unknown;
}
export interface Lock {
  readonly lockfileVersion?: number;
  readonly packages?: Readonly<Record<string, LockedPackage>>;
}
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const exactVersion = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
const publicRegistry = 'https://registry.npmjs.org/';

/** Everything that is wrong, in words; nothing when the lock file is fit for use. */
export function lockProblems(manifest: Manifest, lock: Lock): string[] {
  const packages = lock.packages ?? {};
  return [
    ...(lock.lockfileVersion === 3 ? [] : [`lockfileVersion is ${lock.lockfileVersion ?? 'missing'}; it must be 3`]),
    ...manifestProblems(manifest, packages),
    ...Object.entries(packages).flatMap(([path, entry]) => [
      ...missingOptional(path, entry, packages),
      ...(path === '' ? [] : entryProblems(path, entry)),
    ]),
  ];
}

function manifestProblems(manifest: Manifest, packages: NonNullable<Lock['packages']>): string[] {
  const root = packages[''];
  return (['dependencies', 'devDependencies'] as const).flatMap((kind) => {
    const wanted = Object.entries(manifest[kind] ?? {});
    const locked = (root?.[kind] ?? {}) as Readonly<Record<string, string>>;
    return [
      ...Object.keys(locked).filter((name) => manifest[kind]?.[name] === undefined),
      ...wanted.filter(([name, version]) => locked[name] !== version).map(([name]) => name),
    ]
      .map((name) => `${name}: package.json and the lock file's first entry disagree; run npm install`)
      .concat(
        wanted.flatMap(([name, version]) => {
          if (!exactVersion.test(version)) return [`${name}: "${version}" in package.json is not an exact version`];
          const installed = packages[`node_modules/${name}`]?.version;
          return installed === version ? [] : [`${name}: package.json says ${version}, the lock file ${installed}`];
        }),
      );
  });
}

/** An optional dependency is looked for as Node does: beside the package, then in each folder above. */
function missingOptional(path: string, entry: LockedPackage, packages: NonNullable<Lock['packages']>): string[] {
  return Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !placesOf(path, name).some((place) => packages[place] !== undefined))
    .map((name) => `${path}: its optional dependency ${name} has no entry; npm ci refuses such a lock file`);
}

function placesOf(path: string, name: string): string[] {
  const places: string[] = [];
  for (let folder = path; folder !== ''; ) {
    places.push(`${folder}/node_modules/${name}`);
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')));
  }
  return [...places, `node_modules/${name}`];
}

function entryProblems(path: string, { resolved, integrity, link }: LockedPackage): string[] {
  return [
    ...(resolved === undefined || resolved.startsWith(publicRegistry)
      ? []
      : [`${path}: resolved from ${resolved}, which other machines may not reach`]),
    ...(integrity === undefined || link === true ? [`${path}: no integrity`] : []),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
  const lock = read('package-lock.json') as Lock;
  const problems = lockProblems(read('package.json') as Manifest, lock);
  for (const problem of problems) console.error(`package-lock.json: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`package-lock.json: ${Object.keys(lock.packages ?? {}).length} entries, complete`);
}
