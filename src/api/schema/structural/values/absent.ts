/** Stands for a value that was not there before. */
export const ABSENT: unique symbol = Symbol('absent');
