"""The permission matrix and the planted words; a package, so that its floor is thrown away when its tests are over."""
