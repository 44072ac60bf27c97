// @ts-check

/** Colours of any number of series: the golden angle keeps the hues apart. */

const FIRST_HUE = 165;
const GOLDEN_ANGLE = 137.5;
/** @type {string[]} */
const known = [];

/** The hue of a series, by the order in which the page first showed it. @param {string} label */
export function getHue(label) {
  if (!known.includes(label)) known.push(label);
  return Math.round(FIRST_HUE + known.indexOf(label) * GOLDEN_ANGLE) % 360;
}

/**
 * Gives an element the colour of a series.
 * @template {HTMLElement} Coloured
 * @param {Coloured} element
 * @param {string} label
 */
export function paintSeries(element, label) {
  element.classList.add('series');
  element.style.setProperty('--hue', String(getHue(label)));
  return element;
}
