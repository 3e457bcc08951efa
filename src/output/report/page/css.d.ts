/** Styles are bundled beside the program; importing them gives nothing. */
declare module "*.css";
