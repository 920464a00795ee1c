/** A row of the wire's request table. */
import * as v from 'valibot';
import type { Schema } from '../checks.js';

/** 1 … 2^31-1, unique among the client's open requests. */
export const rid = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0x7fff_ffff));

interface RequestRow<S extends Schema> {
  /** The state that the socket must be in. */
  needs: 'nothing' | 'init' | 'login';
  payload: S;
  /** The event of the answer, if it is not the request's own. */
  answeredAs?: string;
}

export const request = <S extends Schema>(row: RequestRow<S>): RequestRow<S> => row;

/** A request that needs a login: nearly all of them. */
export const loggedIn = <S extends Schema>(payload: S): RequestRow<S> => ({ needs: 'login', payload });
