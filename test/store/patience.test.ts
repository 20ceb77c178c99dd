import { ThrottlingException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { engineFaultOf } from '../../lib/store/engine-fault.ts';
import { inTurn, type Machine, nextPauseMs, patiently, whileLosing } from '../../lib/store/patience.ts';

/** A machine on which waiting costs nothing but its own clock's time. */
function fakeMachine(): Machine & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    nowMs: () => slept.reduce((sum, ms) => sum + ms, 0),
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
    random: () => 0.999,
  };
}

const coded = (code: string) => Object.assign(new Error('connect'), { code });
const named = (name: string) => Object.assign(new Error('of the SDK'), { name });
const cancelled = (Code: string) =>
  new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons: [{ Code: 'None' }, { Code }] });

describe('a failure of the engine is told from a defect of ours', () => {
  it.each([
    ['throttling', new ThrottlingException({ message: 'slow down', $metadata: {} }), 'busy'],
    ['a transaction that met another one', cancelled('TransactionConflict'), 'busy'],
    ['a condition that does not hold', cancelled('ConditionalCheckFailed'), undefined],
    ['ECONNREFUSED', coded('ECONNREFUSED'), 'unreached'],
    ['a host without an address', coded('ENOTFOUND'), 'unreached'],
    ['ECONNRESET', coded('ECONNRESET'), 'silent'],
    ['socket hang up', new Error('socket hang up'), 'silent'],
    ['TimeoutError', named('TimeoutError'), 'silent'],
    ['InternalServerError', named('InternalServerError'), 'silent'],
    ['AggregateError: refused at each address of a host', new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]), 'unreached'],
    ['AggregateError: refused here, timed out there', new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')]), 'silent'],
    ['what another error was caused by', new Error('fetch failed', { cause: coded('ECONNREFUSED') }), 'unreached'],
    ['a TypeError', new TypeError('x is not a function'), undefined],
    ['what is no error', 'away', undefined],
  ])('%s', (_, error, fault) => {
    expect(engineFaultOf(error)).toBe(fault);
  });
});

describe('waiting', () => {
  it('grows by decorrelated jitter, from 20 ms to a second', () => {
    let pause = 0;
    const pauses = Array.from({ length: 8 }, () => {
      pause = nextPauseMs(pause, () => 0.999);
      return Math.round(pause);
    });
    expect(pauses.toSorted((one, next) => one - next)).toEqual(pauses);
    expect([pauses[0], pauses.at(-1)]).toEqual([60, 1_000]);
    expect(nextPauseMs(1_000, () => 0)).toBe(20);
  });

  it('for an engine that is busy ends when the time is up, not at some attempt', async () => {
    const machine = fakeMachine();
    let asked = 0;
    const always = () => {
      asked += 1;
      return Promise.reject(named('ThrottlingException'));
    };
    await expect(patiently(always, undefined, machine)).rejects.toThrow('of the SDK');
    expect(machine.nowMs()).toBeGreaterThanOrEqual(8_000);
    expect(asked).toBe(machine.slept.length + 1);
  });

  it('for an engine that says nothing ends after three more questions', async () => {
    let asked = 0;
    const silent = () => {
      asked += 1;
      return Promise.reject(coded('ECONNREFUSED'));
    };
    await expect(patiently(silent, undefined, fakeMachine())).rejects.toThrow('connect');
    expect(asked).toBe(4);
  });

  it('of who loses every race ends within the time of a request, with the answer that he lost', async () => {
    const machine = fakeMachine();
    expect(
      await whileLosing(
        () => Promise.resolve('lost'),
        (answer) => answer === 'lost',
        machine,
      ),
    ).toBe('lost');
    expect(machine.nowMs()).toBeGreaterThanOrEqual(18_000);
    expect(machine.nowMs()).toBeLessThan(20_000);
  });
});

describe('turns', () => {
  it('of one key come one after the other, in order, also after one that failed; of another key at the same time', async () => {
    const heard: string[] = [];
    const work =
      (name: string, fails = false) =>
      async () => {
        heard.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        heard.push(`${name} ends`);
        if (fails) throw new Error(name);
      };
    const settled = await Promise.allSettled([inTurn('a', work('1', true)), inTurn('a', work('2')), inTurn('b', work('3'))]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(heard.filter((one) => !one.startsWith('3'))).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
    expect(heard.indexOf('3 begins')).toBeLessThan(heard.indexOf('2 begins'));
  });
});
