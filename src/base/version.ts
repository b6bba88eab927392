/** The version of the library; written into model files. Held equal to package.json by a test. */
export const VERSION = '0.1.0';
