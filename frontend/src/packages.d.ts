// Packages without types of their own.
declare module "@alpinejs/csp" {
  const Alpine: { start(): void; data(name: string, make: () => object): void };
  export default Alpine;
}
