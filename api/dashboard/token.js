// @ts-check

const KEY = 'fx-rates token';

/** The API token that a person gave in this tab, or null. It is gone when the tab is. */
export const token = () => sessionStorage.getItem(KEY);

/** @param {string} given */
export const keepToken = (given) => sessionStorage.setItem(KEY, given);

export const forgetToken = () => sessionStorage.removeItem(KEY);
