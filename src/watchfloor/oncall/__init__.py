"""Who is on call, how they are paged, and the incidents they run."""
