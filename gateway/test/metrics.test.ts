/** The figures and the state of a gateway, for the programs that watch it. */
import { describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { until } from '../../test/kit/until.js';

const gateway = hostGateway({});
const { clients } = gateway;

/** The value of a figure, of all nodes together. */
async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
}

describe('/metrics', () => {
  it('counts sockets, sessions, requests, answers and pushes, and times the database', async () => {
    const { url } = gateway;
    await clients.liveUser();
    await clients.liveUser();
    const sent = clients.liveUser().then((user) => user.send(user.username, 'hi'));
    await sent;
    await until('a session', async () => (await figure(url, 'jmessage_sessions')) > 0);
    expect(await figure(url, 'jmessage_sockets')).toBeGreaterThan(0);
    expect(await figure(url, 'jmessage_request_seconds_count{event="login"}')).toBeGreaterThan(0);
    expect(await figure(url, 'jmessage_answers_total{code="0"}')).toBeGreaterThan(0);
    expect(await figure(url, 'jmessage_pushes_total{event="ack"}')).toBeGreaterThan(0);
    expect(await figure(url, 'jmessage_database_seconds_count')).toBeGreaterThan(0);
    expect(await figure(url, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(await figure(url, 'jmessage_nodes_reachable')).toBe(1);
  });

  it('has no name for events that nobody knows, and nothing for clients of a proxy', async () => {
    const { url } = gateway;
    const client = await clients.connect();
    await client.ask('an_unknown_event', {});
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).not.toContain('an_unknown_event');
    const proxied = await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '198.51.100.1' } });
    expect(proxied.status).toBe(404);
  });
});

describe('a request over HTTP', () => {
  it('has the id that a proxy gave it, or one of its own', async () => {
    const idOf = async (headers: Record<string, string>): Promise<string | null> =>
      (await fetch(`${gateway.url}/readyz`, { headers })).headers.get('x-request-id');
    expect(await idOf({ 'x-request-id': 'from-the-proxy-1' })).toBe('from-the-proxy-1');
    expect(await idOf({ 'x-request-id': 'no id\tat all' })).toMatch(/^[\w-]{36}$/);
    expect(await idOf({})).toMatch(/^[\w-]{36}$/);
  });

  it('finds the gateway alive and ready', async () => {
    for (const path of ['/livez', '/readyz', '/healthz']) {
      expect((await fetch(`${gateway.url}${path}`)).status).toBe(200);
    }
  });
});
