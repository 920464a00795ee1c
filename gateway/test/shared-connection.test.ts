/** One connection for statements of their own. */
import type { PostgresPoolClient } from 'kysely';
import { expect, it } from 'vitest';
import { until } from '../../test/kit/until.js';
import { type ConnectionSource, SharedConnection } from '../src/store/shared-connection.js';

/** A pool of one connection. A statement is answered when the test says so. */
function poolOfOne() {
  const steps: string[] = [];
  const answers: (() => void)[] = [];
  const client = {
    query: (statement: string) => {
      steps.push(statement);
      return new Promise((resolve) => answers.push(() => resolve({ rows: [statement] })));
    },
    release: () => void steps.push('release'),
  } as unknown as PostgresPoolClient;
  const source: ConnectionSource & { isWanted: boolean } = {
    isWanted: false,
    connect: async () => {
      steps.push('connect');
      return client;
    },
    end: async () => {},
  };
  return { source, steps, answer: () => answers.shift()?.() };
}

async function run(connection: SharedConnection, statement: string): Promise<unknown> {
  const client = await connection.connect();
  try {
    return await client.query(statement, []);
  } finally {
    client.release();
  }
}

it('sends a statement without waiting for the answer to the one before, and in order', async () => {
  const { source, steps, answer } = poolOfOne();
  const connection = new SharedConnection(source);
  const answers = Promise.all(['a', 'b', 'c'].map((statement) => run(connection, statement)));
  await until('all to be sent', () => steps.length === 4);
  for (let count = 0; count < 3; count += 1) answer();
  expect(await answers).toEqual([{ rows: ['a'] }, { rows: ['b'] }, { rows: ['c'] }]);
  expect(steps).toEqual(['connect', 'a', 'b', 'c', 'release']);
});

it('gives the connection back before it sends more, if others wait for it', async () => {
  const { source, steps, answer } = poolOfOne();
  const connection = new SharedConnection(source);
  const first = run(connection, 'a');
  await until('the first to be sent', () => steps.includes('a'));
  source.isWanted = true;
  const others = ['b', 'c'].map((statement) => run(connection, statement));
  await new Promise(setImmediate);
  expect(steps).toEqual(['connect', 'a']);
  answer();
  await first;
  source.isWanted = false;
  await until('the others to be sent', () => steps.includes('c'));
  expect(steps).toEqual(['connect', 'a', 'release', 'connect', 'b', 'c']);
  answer();
  answer();
  await Promise.all(others);
});

it('asks for a connection again after one that could not be had', async () => {
  const { source, steps, answer } = poolOfOne();
  const { connect } = source;
  source.connect = () => Promise.reject(new Error('no connection'));
  const connection = new SharedConnection(source);
  await expect(run(connection, 'a')).rejects.toThrow('no connection');
  source.connect = connect;
  const second = run(connection, 'b');
  await until('it to be sent', () => steps.includes('b'));
  answer();
  expect(await second).toEqual({ rows: ['b'] });
});
