import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { browserPlatform } from '../../../../src/worker/platform/browser-platform.js';

test('the digest of a password is the MD5 of its UTF-8 bytes, in any language and of any length', () => {
  const { md5 } = browserPlatform(() => null);
  const password = fc.string({ unit: 'grapheme', maxLength: 200 });
  fc.assert(
    fc.property(password, (text) => {
      expect(md5(text)).toBe(createHash('md5').update(text).digest('hex'));
    }),
  );
});
