/**
 * Words of a text, for the search. Chinese has no spaces, so each character and each pair of neighbours is a word. The function goes to the
 * page as its text, so it uses nothing from outside.
 * @param {string} text @returns {string[]}
 */
export const tokenize = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_]+/u)
    .flatMap((word) =>
      word.split(/((?:\p{Script=Han})+)/u).flatMap((part) => {
        if (!/\p{Script=Han}/u.test(part)) return part === '' ? [] : [part];
        const pairs = Array.from(part).map((character, i, all) => character + (all[i + 1] ?? ''));
        return part.length > 1 ? pairs.slice(0, -1) : pairs;
      }),
    );

/**
 * A reader who searches for an error code wants its cause and remedy. In that page's table the code's name is joined to it. As above, the function
 * goes to the page as its text.
 * @param {string} page @param {string} term
 */
export function boostDocument(page, term) {
  return /^88\d{4}/.test(term) && page.includes('error-codes') ? 50 : 1;
}
