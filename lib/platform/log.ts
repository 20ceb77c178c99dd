/** Log events by code. Fields are typed so that no trait, document or whole event can be passed. */
const EVENTS = {
  'RLS-0001': 'request answered',
  'RLS-0002': 'unexpected failure',
  'RLS-0003': 'engine away',
  'RLS-0004': 'conflict retried',
  'RLS-0005': 'notification attempted',
  'RLS-0006': 'notification parked',
  'RLS-0007': 'deadline passed',
  'RLS-0008': 'message understood',
  'RLS-0009': 'message refused',
  'RLS-0010': 'document sent to the repository',
  'RLS-0011': 'trace record changed, removed or put by a stranger',
} as const;

export type LogCode = keyof typeof EVENTS;

export type LogFields = {
  readonly status?: number;
  readonly durationMs?: number;
  readonly method?: string;
  /** Pattern of the route, never the path. */
  readonly route?: string;
  /** Class of the failure, never its message: messages may quote data. */
  readonly errorName?: string;
  readonly attempt?: number;
  readonly count?: number;
  /** Code of a refusal, or how an attempt ended. */
  readonly outcome?: string;
  readonly eventId?: string;
};

const LEVELS = ['info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** One JSON line on stdout, from the level that LOG_LEVEL names upwards (info when absent). */
export function log(level: Level, code: LogCode, fields: LogFields = {}): void {
  const least = LEVELS.findIndex((one) => one === process.env.LOG_LEVEL);
  if (LEVELS.indexOf(level) < least) return;
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), level, code, event: EVENTS[code], ...fields })}\n`);
}
