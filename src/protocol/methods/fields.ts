/** Parameters that several methods have in common. */
import * as v from 'valibot';
import type { CustomNotification } from '../api/messages.js';
import { appkey, extras, flag, id, name, optional, shortText, text } from '../checks.js';
import { type FormParts, isFormParts } from '../tab-worker/form-parts.js';

/** The application passes a FormData, File or Blob, and the worker receives the parts of a form. */
export const file = v.pipe(
  v.custom<FormData | Blob>(isFormParts, 'a FormData with one file, a File or a Blob'),
  v.transform((parts) => parts as unknown as FormParts),
);

/** A user, by the parameters `target_username` or `target_name` of the documents. */
export const targetUser = { target_username: name, target_appkey: optional(appkey) };
export const targetName = { target_name: name, appkey: optional(appkey) };
export const group = { gid: id };

export const password = v.pipe(text, v.minLength(1), v.maxLength(128));

const customNotification = v.object({
  enabled: optional(flag, false),
  title: optional(shortText),
  alert: optional(shortText),
  at_prefix: optional(shortText),
}) satisfies v.GenericSchema<unknown, CustomNotification>;

/** The parameters of every send (the last four since 2.4). */
export const delivery = {
  extras: optional(extras),
  no_offline: optional(flag),
  no_notification: optional(flag),
  custom_notification: optional(customNotification),
  need_receipt: optional(flag),
  /** As 2.4.0 spells it. */
  nead_receipt: optional(flag),
};
