/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.compatibility.row;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.junit.platform.reporting.legacy.xml.LegacyXmlReportGeneratingListener;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

/**
 * Runs the tests of this package, or those of some classes, in a row's process. The first
 * argument is the name of the run, after which reports and summary are called, the others
 * are the classes.
 */
public final class RowMain {

	private RowMain() {
	}

	private static List<ClassSelector> classes(String[] args) {
		return Arrays.stream(args)
			.skip(1)
			.map((name) -> selectClass(RowMain.class.getPackageName() + "." + name))
			.toList();
	}

	public static void main(String[] args) throws Exception {
		System.setProperty("run", args[0]);
		Path directory = Path.of("target/rows");
		Path reports = Files.createDirectories(directory.resolve(args[0]));
		LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
			.selectors((args.length > 1) ? classes(args) : List.of(selectPackage(RowMain.class.getPackageName())))
			.filters(excludeClassNamePatterns((args.length > 1) ? "none" : ".*\\.ServletTests"))
			.build();
		SummaryGeneratingListener summary = new SummaryGeneratingListener();
		PrintWriter out = new PrintWriter(System.out, true);
		Launcher launcher = LauncherFactory.create();
		launcher.execute(request, summary, new LegacyXmlReportGeneratingListener(reports, out), new Progress());
		TestExecutionSummary result = summary.getSummary();
		result.printFailuresTo(out, 40);
		long failed = result.getTotalFailureCount();
		Files.writeString(directory.resolve(args[0] + ".txt"),
				"Tests run: %d, Failures: %d, Errors: %d, Skipped: %d, Time elapsed: %d s%n".formatted(
						result.getTestsFoundCount(), failed, 0,
						result.getTestsSkippedCount() + result.getTestsAbortedCount(),
						TimeUnit.MILLISECONDS.toSeconds(result.getTimeFinished() - result.getTimeStarted())));
		System.exit((failed == 0 && result.getTestsSucceededCount() > 0) ? 0 : 1);
	}

}
