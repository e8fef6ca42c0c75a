"""Many runs that differ in a few settings: what each was worth, which to stop, which are best."""
