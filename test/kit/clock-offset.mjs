/** Loaded ahead of a gateway's process: its clock is wrong by JMESSAGE_TEST_CLOCK_MS. */
const offsetMs = Number(process.env.JMESSAGE_TEST_CLOCK_MS ?? 0);
const { now } = Date;
Date.now = () => now() + offsetMs;
globalThis.Date = class extends Date {
  constructor(...args) {
    if (args.length === 0) super(Date.now());
    else super(...args);
  }
};
