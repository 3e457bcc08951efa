/** Styles are bundled separately; importing them has no value. */
declare module "*.css";
