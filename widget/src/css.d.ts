// Style sheets are imported as text, so that they can be constructed without inline styles.
declare module "*.css" {
  const text: string;
  export default text;
}
