/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.endpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntConsumer;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.grpcpatterns.internal.settings.SettingException;
import io.github.grpcpatterns.stack.ServerBuilds;
import io.grpc.Server;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Writes the effective policies to a file and ends the process, if
 * {@code grpc.patterns.report} is set.
 * <p>
 * It is started before everything else that is started, so no server listens yet. The
 * gRPC servers are built by then and thrown away, because the methods are checked when
 * they are built.
 */
final class PolicyReport implements SmartLifecycle {

	static final String PROPERTY = "grpc.patterns.report";

	private static final Logger logger = LoggerFactory.getLogger(PolicyReport.class);

	private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

	private final @Nullable String file;

	private final ObjectProvider<MethodPolicies> policies;

	private final ObjectProvider<ServerBuilds> servers;

	private final ConfigurableApplicationContext context;

	private final IntConsumer exit;

	/**
	 * Create it.
	 * @param file the file, {@code null} or empty if the application starts as usual
	 * @param exit ends the process
	 */
	PolicyReport(@Nullable String file, ObjectProvider<MethodPolicies> policies, ObjectProvider<ServerBuilds> servers,
			ConfigurableApplicationContext context, IntConsumer exit) {
		this.file = file;
		this.policies = policies;
		this.servers = servers;
		this.context = context;
		this.exit = exit;
	}

	@Override
	public boolean isAutoStartup() {
		return this.file != null && !this.file.isBlank();
	}

	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

	@Override
	public void start() {
		String file = this.file;
		if (file == null) {
			return;
		}
		MethodPolicies policies = this.policies.getIfAvailable();
		if (policies == null) {
			throw new SettingException(PROPERTY, file, "Cannot be written while grpc.patterns.enabled is false.");
		}
		this.servers.forEach((stack) -> stack.build().forEach(Server::shutdownNow));
		List<MethodPolicy> methods = policies.all();
		write(file, json(methods));
		logger.info("Wrote the policies of {} methods to {}", methods.size(), Path.of(file).toAbsolutePath());
		// Not by System.exit alone: it waits for a hook that waits for this start.
		this.context.close();
		this.exit.accept(0);
	}

	private static void write(String file, String json) {
		try {
			Files.writeString(Path.of(file), json);
		}
		catch (IOException | IllegalArgumentException ex) {
			logger.debug("Cannot write {}", file, ex);
			throw new SettingException(PROPERTY, file, "Must be a file in a directory that exists and is writable.");
		}
	}

	/**
	 * With Gson, which is always present: Jackson is not, and neither is the actuator.
	 */
	static String json(List<MethodPolicy> methods) {
		JsonArray array = new JsonArray();
		methods.forEach((method) -> array.add(json(method)));
		JsonObject report = new JsonObject();
		report.add("methods", array);
		return GSON.toJson(report) + "\n";
	}

	private static JsonObject json(MethodPolicy method) {
		JsonObject json = new JsonObject();
		json.addProperty("method", method.method());
		json.addProperty("kind", method.kind());
		if (method.access() != null) {
			json.addProperty("access", method.access());
		}
		if (method.authorities() != null) {
			json.add("authorities", GSON.toJsonTree(method.authorities()));
		}
		JsonObject settings = new JsonObject();
		method.settings().forEach((name, setting) -> {
			JsonObject value = new JsonObject();
			value.add("value", GSON.toJsonTree(setting.value()));
			value.addProperty("property", setting.property());
			settings.add(name, value);
		});
		json.add("settings", settings);
		return json;
	}

	@Override
	public void stop() {
	}

	@Override
	public boolean isRunning() {
		return false;
	}

}
