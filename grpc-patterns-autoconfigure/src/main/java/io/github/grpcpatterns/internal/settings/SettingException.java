/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import org.jspecify.annotations.Nullable;

/**
 * Signals a setting whose value is not valid. On startup it is reported with the full
 * name and the origin of the setting.
 */
public final class SettingException extends IllegalArgumentException {

	/** A reason, of a value where settings belong. */
	static final String NO_VALUE = "Is a group of settings and takes no value.";

	private static final long serialVersionUID = 1L;

	private final String setting;

	private final transient @Nullable Object value;

	private final String reason;

	private final @Nullable String action;

	/**
	 * Create it for a value that is not valid.
	 * @param setting the name of the setting as in YAML: in full, or, thrown by the
	 * constructor of a record of settings, below the prefix of that record
	 * @param value the value; {@code null} to omit a secret
	 * @param reason what is wrong, a sentence
	 */
	public SettingException(String setting, @Nullable Object value, String reason) {
		this(setting, value, reason, null);
	}

	/**
	 * Create it for a setting that is valid but violated.
	 * @param setting the name of the setting in full
	 * @param value the value; {@code null} to omit a secret
	 * @param reason the violation, a sentence
	 * @param action what to do about it, a sentence; {@code null} for changing the
	 * setting
	 */
	public SettingException(String setting, @Nullable Object value, String reason, @Nullable String action) {
		super(setting + ": " + ((value != null) ? value + " " : "") + "(" + reason + ")");
		this.setting = setting;
		this.value = value;
		this.reason = reason;
		this.action = action;
	}

	/**
	 * Return the name of the setting.
	 * @return the name, in full if it starts with {@code grpc.patterns}
	 */
	public String setting() {
		return this.setting;
	}

	/**
	 * Return the value.
	 * @return the value, or {@code null} where it must not be shown
	 */
	public @Nullable Object value() {
		return this.value;
	}

	/**
	 * Return what is wrong.
	 * @return a sentence
	 */
	public String reason() {
		return this.reason;
	}

	/**
	 * Return what to do.
	 * @return a sentence, or {@code null} for changing the setting
	 */
	public @Nullable String action() {
		return this.action;
	}

}
