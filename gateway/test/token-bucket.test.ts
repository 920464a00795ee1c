/** The tokens of a rate limit. */
import { describe, expect, it } from 'vitest';
import { TokenBucket, TokenBuckets } from '../src/util/token-bucket.js';

describe('a bucket', () => {
  it('grants what is dearer than it can ever hold when it is full, and then owes', () => {
    let nowMs = 0;
    const bucket = new TokenBucket(5, 1, () => nowMs);
    expect(bucket.take(20)).toBe(true);
    expect(bucket.take()).toBe(false);
    nowMs += 16_000;
    expect(bucket.take()).toBe(true);
  });

  it('is forgotten when too many others were asked for since', () => {
    const buckets = new TokenBuckets(() => new TokenBucket(1, 0, () => 0));
    expect(buckets.of('first').take()).toBe(true);
    expect(buckets.of('first').take()).toBe(false);
    for (let count = 0; count < 50_000; count += 1) buckets.of(`${count}`);
    expect(buckets.of('first').take()).toBe(true);
  });
});
