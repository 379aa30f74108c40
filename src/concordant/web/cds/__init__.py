"""CDS Hooks 2.0: who may ask (`tokens`), what is asked (`requests`), what is fetched (`fetching`); `door` has the routes."""
