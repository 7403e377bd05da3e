/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;

/**
 * Settings of a pattern that works only with certain libraries. While the pattern is
 * enabled, on a side that the process has, the start fails if one is missing.
 */
public interface NeedsLibraries {

	/**
	 * Return what the pattern needs with these settings.
	 * @return the libraries
	 */
	List<Library> libraries();

}
