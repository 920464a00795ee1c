/** `jmessage-runtime/testing` in an application's own tests, in Node and in jsdom. */
import { symlink } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer, tool } from './consumer.js';

let app: Consumer;

beforeAll(async () => {
  app = await Consumer.create();
  await symlink(tool('vitest'), app.path('node_modules/vitest'));
  await app.write('vitest.config.js', 'export default { test: { pool: "threads" } };');
  await app.write(
    'bot.js',
    `export const startBot = (JIM) =>
       JIM.onMsgReceive(({ content: { from_id } }) =>
         JIM.sendSingleMsg({ target_username: from_id, content: 'I am a bot' }));`,
  );
  const file = (environment: string) => `// @vitest-environment ${environment}
     import { JMessageError } from 'jmessage-runtime';
     import { createTestServer } from 'jmessage-runtime/testing';
     import { expect, test, vi } from 'vitest';
     import { startBot } from './bot.js';

     test('the bot answers', async () => {
       expect(typeof document).toBe('${environment === 'jsdom' ? 'object' : 'undefined'}');
       const server = createTestServer({ users: ['alice', 'bob'] });
       const JIM = await server.login('alice');
       startBot(JIM);
       server.say('bob', { username: 'alice' }, 'what time is it?');
       await vi.waitFor(() => expect(server.requests.at(-1)).toMatchObject({
         method: 'sendSingleMsg',
         payload: { target_id: 'bob', content: { msg_body: { text: 'I am a bot' } } },
       }));
       const file = new File(['x'], 'x.txt', { type: 'text/plain' });
       const { msg } = await JIM.sendSingleFile({ target_username: 'bob', file });
       expect(msg.content.msg_body.fname).toBe('x.txt');
       await expect(JIM.getUserInfo({ username: 'carol' })).rejects.toBeInstanceOf(JMessageError);
       server.close();
     });`;
  for (const environment of ['node', 'jsdom']) await app.write(`${environment}.test.js`, file(environment));
});
afterAll(() => app.remove());

test('an application’s tests run without a server, and end', async () => {
  const { code, output } = await app.node(tool('vitest/vitest.mjs'), 'run', '--root', app.folder);
  expect(output).toContain('2 passed');
  expect(code, output).toBe(0);
});
