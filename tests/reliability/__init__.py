"""What is promised about power, disks, kills and years, each as a run that can fail (sync.md §12)."""
