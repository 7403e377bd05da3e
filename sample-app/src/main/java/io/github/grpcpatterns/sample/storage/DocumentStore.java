/*
 * Copyright the grpc-patterns authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package io.github.grpcpatterns.sample.storage;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import com.google.protobuf.ByteString;

/**
 * Documents in a directory of the file system. A document is written to a file of its own
 * first and gets its name, the SHA-256 digest of its bytes, only when it is whole and on
 * the disk; so what is under a key is always complete, and the same bytes are kept once.
 * The store is for any number of threads, and processes may share its directory.
 */
public final class DocumentStore {

	private static final String ALGORITHM = "SHA-256";

	private static final String KEYS = "sha256";

	private static final String DRAFTS = "drafts";

	private final Path directory;

	private DocumentStore(Path directory) {
		this.directory = directory;
	}

	/**
	 * Open the store of a directory, which is made if it is not there. Drafts that a
	 * process has left which did not come to a regular end are removed.
	 * @param directory the directory
	 * @return the store
	 * @throws IOException if the directory cannot be made or swept
	 */
	public static DocumentStore open(Path directory) throws IOException {
		Files.createDirectories(directory.resolve(KEYS));
		Files.createDirectories(directory.resolve(DRAFTS));
		try (DirectoryStream<Path> drafts = Files.newDirectoryStream(directory.resolve(DRAFTS))) {
			for (Path draft : drafts) {
				if (!isBeingWritten(draft)) {
					Files.deleteIfExists(draft);
				}
			}
		}
		return new DocumentStore(directory);
	}

	// Whoever writes a draft holds a lock on it, which goes with the process
	private static boolean isBeingWritten(Path draft) throws IOException {
		try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
			return channel.tryLock() == null;
		}
		catch (OverlappingFileLockException ex) {
			return true; // by this process
		}
		catch (NoSuchFileException ex) {
			return false; // it has just come to its end
		}
	}

	/**
	 * Begin a new document.
	 * @return the draft, to be closed by the caller whatever happens
	 * @throws IOException if its file cannot be made
	 */
	public Draft newDraft() throws IOException {
		return new Draft(this.directory);
	}

	/**
	 * A document that is being written. For one thread at a time.
	 */
	public static final class Draft implements Closeable {

		private final Path directory;

		private final MessageDigest digest;

		private final Path file;

		private final FileChannel channel;

		private Draft(Path directory) throws IOException {
			this.directory = directory;
			this.digest = newDigest();
			this.file = Files.createTempFile(directory.resolve(DRAFTS), "document", null);
			this.channel = FileChannel.open(this.file, StandardOpenOption.WRITE);
			this.channel.tryLock();
		}

		private static MessageDigest newDigest() {
			try {
				return MessageDigest.getInstance(ALGORITHM);
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException("Every Java platform has " + ALGORITHM, ex);
			}
		}

		/**
		 * Append to the document.
		 * @param data the bytes
		 * @throws IOException if they cannot be written
		 */
		public void write(ByteString data) throws IOException {
			for (ByteBuffer part : data.asReadOnlyByteBufferList()) {
				this.digest.update(part.duplicate());
				while (part.hasRemaining()) {
					this.channel.write(part);
				}
			}
		}

		/**
		 * Put the document into the store; nothing can be written after that.
		 * @return its key, {@code sha256/} and the digest in hexadecimal
		 * @throws IOException if it cannot be stored
		 */
		public String store() throws IOException {
			String key = KEYS + "/" + HexFormat.of().formatHex(this.digest.digest());
			this.channel.force(true); // or a crash could leave a key without the bytes
			this.channel.close();
			Files.move(this.file, this.directory.resolve(key), StandardCopyOption.ATOMIC_MOVE);
			return key;
		}

		/**
		 * Remove what was written, unless it was stored. Closing again does nothing.
		 */
		@Override
		public void close() {
			try {
				this.channel.close();
				Files.deleteIfExists(this.file);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
