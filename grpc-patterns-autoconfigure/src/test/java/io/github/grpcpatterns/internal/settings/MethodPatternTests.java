/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.internal.settings;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link MethodPattern}.
 */
class MethodPatternTests {

	@ParameterizedTest
	@CsvSource({ "chat.v1.ChatService/Chat, chat.v1.ChatService/Chat",
			"chat.v1.ChatService/*, chat.v1.ChatService/Chat", "chat.v1.*, chat.v1.ChatService/Chat",
			"chat.*, chat.v1.ChatService/Chat", "*, chat.v1.ChatService/Chat", "Echo/Say, Echo/Say", "Echo/*, Echo/Say",
			"a_1.B_2/C_3, a_1.B_2/C_3" })
	void aPatternMatchesWhatItNames(String pattern, String method) {
		assertThat(new MethodPattern(pattern).matches(method)).isTrue();
		assertThat(new MethodPattern("/" + pattern)).isEqualTo(new MethodPattern(pattern));
	}

	@ParameterizedTest
	@CsvSource({ "chat.v1.ChatService/Chat, chat.v1.ChatService/Chats",
			"chat.v1.ChatService/Chat, chat.v1.ChatService/chat", "chat.v1.ChatService/*, chat.v1.ChatServices/Chat",
			"chat.v1.*, chat.v10.ChatService/Chat", "chat.v1.*, chat.v1/Chat", "chat.*, chats.v1.ChatService/Chat",
			"v1.*, chat.v1.ChatService/Chat", "chat.v1.ChatService.*, chat.v1.ChatService/Chat" })
	void aPatternMatchesNothingElse(String pattern, String method) {
		assertThat(new MethodPattern(pattern).matches(method)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "//a.B/C", " a.B/C", "a.B/C ", "a.B", "a.B/", "a.B/C/", "a.B/C/D", "a.B/Get*",
			"a.B*", "a.*/C", "*.B/C", "**", "a.**", ".*", "a..B/C", ".a.B/C", "a.B./C", "a.1B/C", "a-b.C/D", "a.B#C",
			"a.B/C,a.B/D", "*/*" })
	void nothingElseIsAPattern(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> new MethodPattern(text))
			.withMessageContaining("package.Service/Method");
	}

	@Test
	void theMostSpecificPatternComesFirst() {
		List<String> sorted = List.of("chat.v1.ChatService/Chat", "chat.v1.ChatService/*", "chat.v1.*", "chat.*", "*");
		assertThat(Stream.of("chat.*", "*", "chat.v1.ChatService/*", "chat.v1.*", "chat.v1.ChatService/Chat")
			.map(MethodPattern::new)
			.sorted()
			.map(MethodPattern::text)).containsExactlyElementsOf(sorted);
	}

}
