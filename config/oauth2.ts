/** The section `oauth2`: how access tokens are had (RFC 6749), with what is known of the large providers. */
import { z } from 'zod';
import { line, secret, text } from './fields.ts';
import { isRecord, type Tree } from './input.ts';
import type { Finding, Path } from './problem.ts';
import { Mistake, quote, readTokenUrl } from './values.ts';

interface Provider {
  /** `{tenant}` stands for the directory of the organisation. */
  readonly tokenUrl: string;
  /** What is asked for where the client itself is let in, without a user; absent where a provider does not do that. */
  readonly clientScope?: string;
}

/**
 * Microsoft: "Authenticate an IMAP, POP or SMTP connection using OAuth" and "Client credentials flow". Google: "Using OAuth
 * 2.0 for Web Server Applications". A refresh token brings its scope along (RFC 6749 section 6).
 */
const providers = {
  microsoft: {
    tokenUrl: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
    clientScope: 'https://outlook.office365.com/.default',
  },
  google: { tokenUrl: 'https://oauth2.googleapis.com/token' },
} as const satisfies Readonly<Record<string, Provider>>;

type ProviderName = keyof typeof providers;
const providerNames = ['microsoft', 'google'] as const satisfies readonly ProviderName[];

export const oauth2 = z.strictObject({
  provider: z
    .enum(providerNames)
    .optional()
    .describe('Whose accounts they are: `microsoft` (365) or `google`. For any other provider write `tokenUrl`.'),
  tenant: text(readTenant, { examples: ['example.onmicrosoft.com'] })
    .optional()
    .describe('With `microsoft`: the directory (tenant) of your organisation, by its id or a domain of it.'),
  tokenUrl: text(readTokenUrl, { examples: ['https://login.example.com/oauth2/token'], format: 'uri' })
    .optional()
    .describe('Where tokens are asked for, instead of `provider`: an https:// URL. http:// is for this machine only.'),
  clientId: line(256, '00000000-0000-0000-0000-000000000000').describe(
    'The id of the application (client) that you registered with the provider.',
  ),
  clientSecret: secret()
    .optional()
    .describe('The secret of that application. Not needed with the refresh token of an application without one.'),
  refreshToken: secret()
    .optional()
    .describe(
      'Acts for the user who gave it. Without it the application acts for itself (client credentials), as Microsoft 365 allows. Where the provider gives a new one, the agent keeps that in the state folder.',
    ),
  scope: line(1000, 'https://outlook.office365.com/.default')
    .optional()
    .describe('What is asked for, in the words of the provider. Default: what `provider` needs, else nothing.'),
});

/** The directory of an organisation: an id or a domain, which becomes a part of an address. */
function readTenant(input: string): string | Mistake {
  if (/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/.test(input)) return input;
  return new Mistake(
    `${quote(input)} is not a tenant`,
    'write the id of the directory, or a domain such as example.onmicrosoft.com',
  );
}

/** The section with what its provider stands for. It must have passed `checkOAuth2`. */
export function buildOAuth2(section: z.output<typeof oauth2>) {
  const { provider, tenant = '', tokenUrl, clientId, clientSecret, refreshToken, scope } = section;
  const known: Provider | undefined = provider && providers[provider];
  return {
    tokenUrl: tokenUrl ?? known?.tokenUrl.replace('{tenant}', tenant) ?? '',
    clientId,
    clientSecret,
    refreshToken,
    scope: scope ?? (refreshToken === undefined ? known?.clientScope : undefined),
  };
}

/** What only shows when several keys are seen together, in the raw tree. */
export function checkOAuth2(root: Tree): Finding[] {
  const section = root['oauth2'];
  if (!isRecord(section)) return [];
  const { provider, tenant, tokenUrl, clientSecret, refreshToken } = section;
  const findings: Finding[] = [];
  const wrong = (path: Path, message: string): void => void findings.push({ severity: 'error', path, message });
  const absent = (path: Path, message: string): void =>
    void findings.push({ severity: 'error', path, message, missing: true });
  if (provider === undefined && tokenUrl === undefined) {
    absent(['oauth2', 'provider'], 'is missing; write microsoft or google, or for any other provider its `tokenUrl`');
  } else if (provider !== undefined && tokenUrl !== undefined) {
    wrong(['oauth2', 'tokenUrl'], 'stands beside `provider`; keep one of the two');
  }
  if (provider === 'microsoft' && tenant === undefined) {
    absent(['oauth2', 'tenant'], 'is missing; write the id of your directory, as the Entra admin center shows it');
  } else if (provider !== 'microsoft' && tenant !== undefined) {
    wrong(['oauth2', 'tenant'], 'means nothing without `provider: microsoft`; remove this line');
  }
  if (refreshToken === undefined && provider === 'google') {
    absent(
      ['oauth2', 'refreshToken'],
      'is missing, and Google lets no application in by itself; write `refreshTokenFile` with the path of a file that holds it',
    );
  } else if (refreshToken === undefined && clientSecret === undefined) {
    absent(
      ['oauth2', 'clientSecret'],
      'is missing; write `clientSecretFile` with the path of a file that holds it, or a refresh token',
    );
  }
  const { mail, answers } = root;
  const sends = isRecord(mail) && mail['user'] !== undefined && mail['password'] === undefined;
  const reads = isRecord(answers) && answers['password'] === undefined;
  if (!sends && !reads) {
    const message = 'is of no use: neither `mail` nor `answers` has a user without a password';
    findings.push({ severity: 'warning', path: ['oauth2'], message });
  }
  return findings;
}
