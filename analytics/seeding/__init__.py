"""A large, believable installation, made in minutes: for load tests, screenshots and benchmarks."""
