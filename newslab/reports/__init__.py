"""Reports: run the notebooks on documents, and publish each as pages that open anywhere, without a network."""
