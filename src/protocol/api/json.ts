/** Free-form data that belongs to the application. */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
/** Data of the application: an object, or text. */
export type Extras = JsonObject | string;
