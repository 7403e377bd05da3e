/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.core.ResolvableType;

/**
 * The names of all settings, derived from the records of the patterns.
 */
final class SettingTree {

	private static final int ROOT_SIZE = PatternSettings.ROOT.getNumberOfElements();

	private final Group root = new Group("");

	/**
	 * Grow the tree.
	 */
	SettingTree(List<PatternSettings> patterns) {
		for (PatternSettings pattern : patterns) {
			Group group = this.root;
			for (int i = ROOT_SIZE; i < pattern.prefix().getNumberOfElements(); i++) {
				String name = pattern.prefix().getElement(i, Form.DASHED);
				group = (Group) group.children.computeIfAbsent(plain(name), (key) -> new Group(name));
			}
			group.add(pattern.type());
		}
	}

	/**
	 * Find out what a name is.
	 * @param variable whether it comes from an environment variable, which may have an
	 * underscore for a dash
	 */
	Kind kind(ConfigurationPropertyName name, boolean variable) {
		return this.root.kind(name, ROOT_SIZE, variable);
	}

	/**
	 * Find the names closest to an unknown one.
	 * @return the names in full, empty if none is close
	 */
	List<String> suggestions(ConfigurationPropertyName name) {
		Group group = this.root;
		ConfigurationPropertyName parent = PatternSettings.ROOT;
		int i = ROOT_SIZE;
		while (i < name.getNumberOfElements()) {
			if (name.isNumericIndex(i)) {
				parent = parent.append("[" + name.getElement(i++, Form.ORIGINAL) + "]");
				continue;
			}
			int size = group.longest(name, i);
			Node child = (size > 0) ? group.children.get(joined(name, i, i + size)) : null;
			if (!(child instanceof Group below)) {
				break;
			}
			group = below;
			parent = parent.append(below.name);
			i += size;
		}
		if (i == name.getNumberOfElements()) {
			return List.of();
		}
		boolean outside = parent.getNumberOfElements() == ROOT_SIZE
				|| (parent.getNumberOfElements() == ROOT_SIZE + 1 && isSide(parent.getLastElement(Form.DASHED)));
		return outside ? patterns(name) : group.nearest(parent, name, i);
	}

	/**
	 * Find the list that an unknown name treats as a map.
	 * @return the name of the list in full, or {@code null} if there is none
	 */
	@Nullable String listAround(ConfigurationPropertyName name) {
		for (int size = ROOT_SIZE + 1; size < name.getNumberOfElements(); size++) {
			ConfigurationPropertyName parent = name.chop(size);
			if (!name.isNumericIndex(size) && this.root.list(parent, ROOT_SIZE)) {
				return parent.toString();
			}
		}
		return null;
	}

	private static boolean isSide(String name) {
		return name.equals("server") || name.equals("client");
	}

	/**
	 * The nearest patterns. The side may be missing, or be misspelt itself.
	 */
	private List<String> patterns(ConfigurationPropertyName name) {
		String first = name.getElement(ROOT_SIZE, Form.DASHED);
		String both = (name.getNumberOfElements() > ROOT_SIZE + 1)
				? first + "." + name.getElement(ROOT_SIZE + 1, Form.DASHED) : first;
		TreeMap<Integer, List<String>> nearest = new TreeMap<>();
		for (String known : patterns()) {
			int distance = Math.min(Spelling.distance(first, known), Spelling.distance(both, known));
			if (known.contains(".")) {
				distance = Math.min(distance, 1 + Spelling.distance(first, known.substring(known.indexOf('.') + 1)));
			}
			nearest.computeIfAbsent(distance, (key) -> new ArrayList<>()).add(PatternSettings.ROOT + "." + known);
		}
		return Spelling.near(both, nearest.firstKey()) ? nearest.firstEntry().getValue() : List.of();
	}

	private List<String> patterns() {
		List<String> patterns = new ArrayList<>();
		this.root.children.values().forEach((child) -> {
			if (child instanceof Group side && isSide(side.name)) {
				side.children.values().forEach((pattern) -> patterns.add(side.name + "." + pattern.name()));
			}
			else {
				patterns.add(child.name());
			}
		});
		return patterns;
	}

	private static String plain(String name) {
		return name.replace("-", "").toLowerCase(Locale.ROOT);
	}

	private static String joined(ConfigurationPropertyName name, int from, int to) {
		StringBuilder joined = new StringBuilder();
		for (int i = from; i < to; i++) {
			joined.append(name.getElement(i, Form.UNIFORM));
		}
		return joined.toString();
	}

	/**
	 * The kind of a name.
	 */
	enum Kind {

		/** A setting. */
		SETTING,

		/** A group of settings, which takes no value. */
		GROUP,

		/** No setting. */
		UNKNOWN

	}

	private sealed interface Node {

		String name();

		Kind kind(ConfigurationPropertyName name, int from, boolean variable);

		/**
		 * Whether a name is a list of entries.
		 */
		default boolean list(ConfigurationPropertyName name, int from) {
			return false;
		}

		static Node of(String name, ResolvableType type) {
			Class<?> raw = type.resolve(Object.class);
			if (raw.isRecord()) {
				Group group = new Group(name);
				group.add(raw);
				return group;
			}
			if (List.class.isAssignableFrom(raw)) {
				Class<?> element = type.getGeneric(0).resolve(Object.class);
				if (element.isRecord()) {
					Group group = new Group(name, true);
					group.add(element);
					return group;
				}
			}
			return new Value(name, Map.class.isAssignableFrom(raw), List.class.isAssignableFrom(raw));
		}

	}

	/**
	 * A setting.
	 *
	 * @param name its name
	 * @param map whether its keys are free
	 * @param list whether it may have an index
	 */
	private record Value(String name, boolean map, boolean list) implements Node {

		@Override
		public Kind kind(ConfigurationPropertyName name, int from, boolean variable) {
			int left = name.getNumberOfElements() - from;
			boolean known = this.map || left == 0 || (this.list && left == 1 && name.isNumericIndex(from));
			return known ? Kind.SETTING : Kind.UNKNOWN;
		}

	}

	/**
	 * A record, or a list of them.
	 */
	private static final class Group implements Node {

		private final String name;

		private final boolean list;

		private final Map<String, Node> children = new TreeMap<>();

		Group(String name) {
			this(name, false);
		}

		Group(String name, boolean list) {
			this.name = name;
			this.list = list;
		}

		void add(Class<?> type) {
			for (RecordComponent component : type.getRecordComponents()) {
				String name = name(type, component);
				this.children.put(plain(name), Node.of(name, component(type, component)));
			}
		}

		private static String name(Class<?> type, RecordComponent component) {
			try {
				Name name = type.getDeclaredField(component.getName()).getAnnotation(Name.class);
				return (name != null) ? name.value() : DataObjectPropertyName.toDashedForm(component.getName());
			}
			catch (NoSuchFieldException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private static ResolvableType component(Class<?> type, RecordComponent component) {
			return ResolvableType.forMethodReturnType(component.getAccessor(), type);
		}

		@Override
		public String name() {
			return this.name;
		}

		@Override
		public Kind kind(ConfigurationPropertyName name, int from, boolean variable) {
			int start = from;
			if (this.list && start < name.getNumberOfElements()) {
				if (!name.isNumericIndex(start)) {
					return Kind.UNKNOWN;
				}
				start++;
			}
			if (start == name.getNumberOfElements()) {
				return Kind.GROUP;
			}
			int end = variable ? name.getNumberOfElements() : start + 1;
			for (int i = start + 1; i <= end; i++) {
				Node child = this.children.get(joined(name, start, i));
				Kind kind = (child != null) ? child.kind(name, i, variable) : Kind.UNKNOWN;
				if (kind != Kind.UNKNOWN) {
					return kind;
				}
			}
			return Kind.UNKNOWN;
		}

		@Override
		public boolean list(ConfigurationPropertyName name, int from) {
			if (from == name.getNumberOfElements()) {
				return this.list;
			}
			int start = (this.list && name.isNumericIndex(from)) ? from + 1 : from;
			Node child = (start < name.getNumberOfElements()) ? this.children.get(joined(name, start, start + 1))
					: null;
			return child != null && child.list(name, start + 1);
		}

		/**
		 * How many elements of a name make the longest name of a child.
		 */
		int longest(ConfigurationPropertyName name, int from) {
			int longest = 0;
			for (int i = from + 1; i <= name.getNumberOfElements(); i++) {
				if (this.children.containsKey(joined(name, from, i))) {
					longest = i - from;
				}
			}
			return longest;
		}

		List<String> nearest(ConfigurationPropertyName parent, ConfigurationPropertyName name, int from) {
			String one = joined(name, from, from + 1);
			String all = joined(name, from, name.getNumberOfElements());
			Comparator<String> byDistance = Comparator
				.comparingInt((known) -> Math.min(Spelling.distance(one, known), Spelling.distance(all, known)));
			return this.children.keySet()
				.stream()
				.min(byDistance)
				.filter((known) -> Spelling.near(one, Spelling.distance(one, known))
						|| Spelling.near(all, Spelling.distance(all, known)))
				.map((known) -> parent.append(child(known).name()).toString())
				.stream()
				.toList();
		}

		private Node child(String plain) {
			Node child = this.children.get(plain);
			if (child == null) {
				throw new IllegalArgumentException("plain: " + plain + " (expected: a child)");
			}
			return child;
		}

	}

}
