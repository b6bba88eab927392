/** The bundler's address of a file that is fetched when it is wanted. */
declare module '*?url' {
  const url: string;
  export default url;
}
