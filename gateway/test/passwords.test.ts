/** Passwords at rest. */

import { describe, expect, it } from 'vitest';
import { md5 } from '../../test/kit/signing.js';
import { hashPassword, verifyPassword } from '../src/auth/passwords.js';
import { DEFAULTS } from '../src/config.js';

const digest = md5('a password');

describe('a stored password', () => {
  it('is recognised, in whichever case its digest is written, and no other is', async () => {
    const stored = await hashPassword(digest, DEFAULTS.passwordCost);
    expect(await verifyPassword(digest.toUpperCase(), stored)).toBe(true);
    expect(await verifyPassword(md5('another'), stored)).toBe(false);
    expect(stored).not.toContain(digest);
  });

  it('is salted: two of the same are stored differently', async () => {
    expect(await hashPassword(digest, 10)).not.toBe(await hashPassword(digest, 10));
  });

  it('is good whatever it cost, since its cost is beside it', async () => {
    const [cheap, dear] = [await hashPassword(digest, 10), await hashPassword(digest, 16)];
    expect([cheap, dear].map((stored) => stored.split('$')[1])).toEqual(['1024', '65536']);
    expect(await verifyPassword(digest, cheap)).toBe(true);
    expect(await verifyPassword(digest, dear)).toBe(true);
  });

  it.each(['', 'md5$1$2$3$4', 'scrypt$16384$8$$', 'scrypt'])('"%s" lets nobody in', async (stored) => {
    expect(await verifyPassword(digest, stored)).toBe(false);
  });
});
