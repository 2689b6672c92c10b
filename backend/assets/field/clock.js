// Time on a device whose clock may be wrong, and the days without contact after which names are wiped.
//
// What is known: the device's clock, which people set; a monotonic clock, which only counts while the app runs; and
// the server's time, at every contact. From these:
//
//   offset   server − device at the last contact, used for every day and time that is written. Small differences
//            count as none. When the device's clock is set right afterwards (a jump of just that size), it ends.
//            A clock that goes back by more than it can have run ahead (an empty battery, a wrong hand) does not take
//            the time with it: the offset grows by as much.
//   offline  the larger of device clock − device clock at the last contact, and the monotonic time counted since.
//            A clock set back hides nothing that the app has seen pass; a clock set right again counts as right.
//
// A clock can also be wrong forwards, with no network to tell. So passing the limit is only noticed first; names and
// drafts go a whole day later, by either clock, when still nothing was heard. Until then a banner asks for contact.
// Somebody who keeps setting the clock back gains time only while the app does not run; what is stored is locked
// under the passphrase all along. Sealed answers are no reason to hurry: nobody but the server can read them.

export const DAY = 86400000;
/** Differences between device and server that do not matter. */
const SMALL = 120000;

export class Clock {
  /** device, monotonic: functions of milliseconds. */
  constructor(device = () => Date.now(), monotonic = () => performance.now()) {
    this.device = device;
    this.monotonic = monotonic;
    this.record = null;
    this.ticked = null;
  }

  /** Goes on from what was kept; null at the first start. */
  load(record) {
    this.record = record || null;
    this.ticked = { device: this.device(), monotonic: this.monotonic() };
    // While the app was away any time may have passed, so only a clock that was days off can be seen to be right now.
    if (!this.record) return;
    const away = this.ticked.device - this.record.seen;
    if (Math.abs(this.record.offset) > 2 * DAY && Math.abs(away - this.record.offset) < DAY) this.settle(this.record.offset);
    else this.back(away);
  }

  /** The time as well as it is known. */
  now() {
    return this.device() + (this.record ? this.record.offset : 0);
  }

  /** The server has answered at `serverTime`. */
  contact(serverTime) {
    const device = this.device();
    const difference = Number.isFinite(serverTime) && serverTime > 0 ? serverTime - device : 0;
    this.ticked = { device, monotonic: this.monotonic() };
    this.record = {
      offset: Math.abs(difference) < SMALL ? 0 : difference,
      contact: device,
      awake: 0,
      seen: device,
      ahead: 0,
      noticed: null,
    };
  }

  /** To be called now and then while the app runs. */
  tick() {
    if (!this.record) return;
    const now = { device: this.device(), monotonic: this.monotonic() };
    const awake = Math.max(0, now.monotonic - this.ticked.monotonic);
    this.record.awake += awake;
    const jump = now.device - this.ticked.device - awake;
    if (!this.settle(jump)) this.back(jump);
    this.record.seen = now.device;
    this.ticked = now;
  }

  /** The device's clock has moved by `jump` more than can be explained: was it set right? */
  settle(jump) {
    const { offset } = this.record;
    if (offset === 0 || Math.abs(jump - offset) >= SMALL) return false;
    this.record.offset = 0;
    this.move(jump);
    return true;
  }

  /**
   * Steps forward are sleep as a rule, or a wrong hand; they are remembered, so that a step back of no more than all of
   * them counts as setting the clock right. One that goes further back is wrong, and the time goes on without it.
   */
  back(jump) {
    const ahead = this.record.ahead || 0;
    if (jump > -SMALL || -jump <= ahead + SMALL) {
      this.record.ahead = Math.max(0, ahead + jump);
      return;
    }
    this.record.offset -= jump;
    this.move(jump);
  }

  /** What was noted by the device's clock, after that has been moved. */
  move(jump) {
    this.record.contact += jump;
    if (this.record.noticed) this.record.noticed.device += jump;
  }

  /** Milliseconds without contact, as far as can be told. */
  offline() {
    if (!this.record) return 0;
    return Math.max(0, this.device() - this.record.contact, this.record.awake);
  }

  /**
   * `fine`, `soon` (a day or less is left), `overdue` (the limit is passed; wiped unless contact comes within a day),
   * or `wipe`. Notes in the record when the limit was first seen to be passed.
   */
  verdict(maxDays) {
    if (!this.record) return 'fine';
    const offline = this.offline();
    const limit = maxDays * DAY;
    if (offline <= limit) {
      this.record.noticed = null;
      return offline > limit - DAY ? 'soon' : 'fine';
    }
    const device = this.device();
    const { noticed } = this.record;
    if (!noticed || device < noticed.device) {
      this.record.noticed = { device, awake: noticed ? noticed.awake : this.record.awake };
    }
    const since = this.record.noticed;
    return Math.max(device - since.device, this.record.awake - since.awake) >= DAY ? 'wipe' : 'overdue';
  }
}
