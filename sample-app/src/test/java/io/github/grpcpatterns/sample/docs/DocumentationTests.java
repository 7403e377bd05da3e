/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.docs;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;

import com.sun.source.util.JavacTask;
import io.github.grpcpatterns.sample.docs.Pages.Snippet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xml.sax.InputSource;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

/**
 * Holds the snippets and links of the README and of {@code docs} to what exists. A Java
 * snippet after the comment {@code <!-- cut from <file> -->} is part of that file, which
 * the build compiles; any other says why not, {@code <!-- not compiled: <reason> -->}.
 */
class DocumentationTests {

	private static final Pattern LINK = Pattern.compile("(?<!`)\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

	private static final Pattern CUT = Pattern.compile("<!-- cut from (\\S+) -->");

	private static final Pattern NOT_COMPILED = Pattern.compile("<!-- not compiled: \\S.* -->");

	private static final Map<String, String> PROPERTIES = properties();

	static Stream<Path> pages() {
		return Pages.all().stream();
	}

	static Stream<Snippet> yaml() {
		return Pages.snippets("yaml");
	}

	static Stream<Snippet> xml() {
		return Pages.snippets("xml");
	}

	static Stream<Snippet> java() {
		return Pages.snippets("java");
	}

	static Stream<Snippet> cut() {
		return Stream.of("java", "proto", "yaml", "js", "python")
			.flatMap(Pages::snippets)
			.filter((snippet) -> CUT.matcher(snippet.before()).matches());
	}

	static Stream<Snippet> shell() {
		return Pages.snippets("sh");
	}

	@ParameterizedTest
	@MethodSource("yaml")
	void settingsOfOursExistAndTheirValuesBind(Snippet snippet) throws IOException {
		Map<String, Object> values = new LinkedHashMap<>();
		for (PropertySource<?> source : new YamlPropertySourceLoader().load("snippet",
				new ByteArrayResource(snippet.text().getBytes(StandardCharsets.UTF_8)))) {
			for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
				Object value = source.getProperty(name);
				// YAML reads a bare "on" as true; docs/audit.md says so
				values.put(name.replace("audit[true]", "audit.on"),
						String.valueOf(value).replaceAll("\\$\\{[^}]*}", "x".repeat(32)));
			}
		}
		assertThat(values).as("settings in the snippet").isNotEmpty();
		Binder binder = new Binder(new MapConfigurationPropertySource(values));
		for (String name : values.keySet()) {
			if (name.startsWith("grpc.patterns.")) {
				String property = property(name);
				assertThatCode(() -> binder.bind(property, Bindable.of(type(PROPERTIES.get(property))),
						new NoUnboundElementsBindHandler(BindHandler.DEFAULT)))
					.as(name)
					.doesNotThrowAnyException();
			}
		}
	}

	@ParameterizedTest
	@MethodSource("xml")
	void xmlIsWellFormed(Snippet snippet) {
		String text = "<snippet>" + snippet.text() + "</snippet>";
		assertThatCode(() -> DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(text)))).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@MethodSource("java")
	void javaIsCompiledByTheBuildOrSaidToBeNot(Snippet snippet) {
		assertThat(CUT.matcher(snippet.before()).matches() || NOT_COMPILED.matcher(snippet.before()).matches())
			.as("%s is cut from a file, or after a comment that says why it is not compiled", snippet.where())
			.isTrue();
	}

	@ParameterizedTest
	@MethodSource("java")
	void javaIsAFileMembersOrStatements(Snippet snippet) {
		String text = snippet.text();
		String imports = String.join("\n", text.lines().filter((line) -> line.startsWith("import ")).toList());
		String rest = String.join("\n", text.lines().filter((line) -> !line.startsWith("import ")).toList());
		List<List<String>> errors = new ArrayList<>();
		for (String source : List.of(text, imports + "\nclass Members {\n" + rest + "\n}",
				imports + "\nclass Statements {\nvoid run() {\n" + rest + "\n}\n}")) {
			List<String> found = syntaxErrors(source);
			if (found.isEmpty()) {
				return;
			}
			errors.add(found);
		}
		fail("%s is no Java file, no members of a class and no statements: %s", snippet.where(), errors);
	}

	@ParameterizedTest
	@MethodSource("cut")
	void snippetsCutFromAFileAreInIt(Snippet snippet) throws IOException {
		Matcher cut = CUT.matcher(snippet.before());
		assertThat(cut.matches()).isTrue();
		Path file = Pages.ROOT.resolve(cut.group(1));
		assertThat(words(Files.readString(file))).as("%s, of which %s shows a part", file, snippet.where())
			.contains(words(snippet.text()));
	}

	@ParameterizedTest
	@MethodSource("shell")
	void shellCommandsParse(Snippet snippet) throws Exception {
		Process bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
		try (var input = bash.getOutputStream()) {
			input.write(snippet.text().getBytes(StandardCharsets.UTF_8));
		}
		String output = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(bash.waitFor()).as(output).isZero();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void linksLeadSomewhere(Path page) {
		for (String target : links(page)) {
			if (target.startsWith("http")) {
				assertThat(URI.create(target).getHost()).as(target).isNotBlank();
				continue;
			}
			String[] parts = target.split("#", 2);
			Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
			assertThat(file).as("target of %s", target).exists();
			if (parts.length == 2) {
				assertThat(anchors(file)).as("anchors of %s", file).contains(parts[1]);
			}
		}
	}

	@Test
	void everyPageIsInTheTableOfContents() {
		Path contents = Pages.ROOT.resolve("docs/README.md");
		assertThat(links(contents)).containsAll(Pages.all()
			.stream()
			.filter((page) -> page.startsWith(contents.getParent()) && !page.equals(contents))
			.map((page) -> page.getFileName().toString())
			.toList());
	}

	/** The longest name of the metadata that is the property or a parent of it. */
	private static String property(String name) {
		String canonical = name.replaceAll("\\[.*", "");
		for (String parent = canonical; parent.contains("."); parent = parent.substring(0, parent.lastIndexOf('.'))) {
			if (PROPERTIES.containsKey(parent)) {
				return parent;
			}
		}
		return fail("no setting has the name %s", name);
	}

	private static ResolvableType type(String name) {
		int generic = name.indexOf('<');
		if (generic < 0) {
			return ResolvableType.forClass(ClassUtils.resolveClassName(name, null));
		}
		Class<?> outer = ClassUtils.resolveClassName(name.substring(0, generic), null);
		ResolvableType[] arguments = Stream.of(name.substring(generic + 1, name.length() - 1).split(","))
			.map(DocumentationTests::type)
			.toArray(ResolvableType[]::new);
		return ResolvableType.forClassWithGenerics(outer, arguments);
	}

	private static Map<String, String> properties() {
		Map<String, String> types = new TreeMap<>();
		try {
			for (URL metadata : Collections.list(DocumentationTests.class.getClassLoader()
				.getResources("META-INF/spring-configuration-metadata.json"))) {
				try (var content = metadata.openStream()) {
					Map<String, Object> json = JsonParserFactory.getJsonParser()
						.parseMap(new String(content.readAllBytes(), StandardCharsets.UTF_8));
					for (Object property : (List<?>) json.get("properties")) {
						Map<?, ?> entry = (Map<?, ?>) property;
						String name = String.valueOf(entry.get("name"));
						if (name.startsWith("grpc.patterns.")) {
							types.put(name, String.valueOf(entry.get("type")));
						}
					}
				}
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return types;
	}

	private static List<String> syntaxErrors(String source) {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///Snippet.java"),
				JavaFileObject.Kind.SOURCE) {

			@Override
			public CharSequence getCharContent(boolean ignoreEncodingErrors) {
				return source;
			}

		};
		try {
			((JavacTask) compiler.getTask(null, null, diagnostics, null, null, List.of(file))).parse();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return diagnostics.getDiagnostics()
			.stream()
			.filter((diagnostic) -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
			.map(Object::toString)
			.toList();
	}

	private static String words(String text) {
		return text.strip().replaceAll("\\s+", " ");
	}

	private static List<String> links(Path page) {
		List<String> links = new ArrayList<>();
		prose(page).forEach((line) -> LINK.matcher(line).results().forEach((link) -> links.add(link.group(1))));
		return links;
	}

	/** The anchors that GitHub gives the headings of a page. */
	private static Set<String> anchors(Path page) {
		Set<String> anchors = new HashSet<>();
		prose(page).filter((line) -> line.startsWith("#"))
			.map((line) -> line.replaceFirst("^#+\\s*", "").toLowerCase(Locale.ROOT))
			.map((heading) -> heading.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1"))
			.map((heading) -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
			.forEach(anchors::add);
		return anchors;
	}

	/** The lines of a page outside of its fenced blocks. */
	private static Stream<String> prose(Path page) {
		boolean[] fenced = new boolean[1];
		return Pages.lines(page).stream().filter((line) -> {
			if (line.strip().startsWith("```")) {
				fenced[0] = !fenced[0];
				return false;
			}
			return !fenced[0];
		});
	}

}
