import { passDeadlines } from '../../lib/usecases/deadlines.ts';
import { deliverDue } from '../../lib/usecases/outbox.ts';
import { deliverer, onParked } from '../delivery.ts';
import { runtime } from '../runtime.ts';

/** Lambda entry of the schedule: deadlines that passed, deliveries that fell due. */
export async function handler(): Promise<{ readonly passed: number; readonly delivered: number }> {
  const run = await runtime();
  const passed = await passDeadlines(run.ports);
  const delivered = await deliverDue(run.ports, deliverer(run), Math.random, onParked(run));
  return { passed, delivered };
}
