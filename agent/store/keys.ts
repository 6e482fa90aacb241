/** Every key of the store: a key says what its record is, so that writing it twice is writing it once. */
const part = (text: string): string => encodeURIComponent(text);

export const keys = {
  /** The random name of this installation. */
  site: 'site',
  connection: 'connection',
  /** The token of a connection that a newer invitation has replaced, by its hash. */
  endedToken: (hash: string): string => `ended/${hash}`,
  /** How far the mailbox for answers was read. */
  mailbox: 'mailbox',
  /** The day of the last daily run. */
  run: 'run',
  endpoint: 'endpoint',
  unit: (id: string): string => `unit/${part(id)}`,
  units: 'unit/',
  /** `agent/lifecycle/model` names the notices: see `noticeKey`. */
  notices: 'notice/',
  noticesOfUnit: (unit: string): string => `notice/${part(unit)}/`,
  noticesOf: (unit: string, event: string, occurrence: string): string =>
    `notice/${part(unit)}/${event}/${occurrence}/`,
  /** A token of the API. */
  token: (name: string): string => `token/${part(name)}`,
  tokens: 'token/',
  /** The address of the calendar feed. */
  calendar: 'calendar',
  message: (id: string): string => `message/${id}`,
  messages: 'message/',
  /** The units that a server listed last, by the entry of the config that stands for all of them. */
  list: (entry: string): string => `list/${part(entry)}`,
  lists: 'list/',
  cloud: (id: string): string => `cloud/${id}`,
  cloudItems: 'cloud/',
} as const;
