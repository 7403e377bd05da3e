import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Installs the Maven that {@code mvnw} and {@code mvnw.cmd} run. They start this file with
 * {@code java MavenInstaller.java <version> <sha512> <target directory> <their own arguments>}, so a JDK is all it needs.
 * <p>
 * The distribution comes through an {@code mvn} on the PATH, where there is one, since that knows the user's mirrors and
 * proxies; else from Apache's archive. Either way it must have the pinned SHA-512. Several of these may run at once: each
 * unpacks on its own, and the first to rename its directory wins.
 */
final class MavenInstaller {

	private final String version;

	private final String sha512;

	private final Path work;

	private MavenInstaller(String version, String sha512, Path work) {
		this.version = version;
		this.sha512 = sha512;
		this.work = work;
	}

	public static void main(String[] args) throws Exception {
		Path target = Path.of(args[2]).toAbsolutePath();
		Files.createDirectories(target.getParent());
		Path work = Files.createTempDirectory(target.getParent(), "install-");
		int status = 0;
		try {
			MavenInstaller installer = new MavenInstaller(args[0], args[1], work);
			installer.install(target, List.of(args).subList(3, args.length));
		}
		catch (IOException ex) {
			System.err.println("mvnw: " + ex.getMessage());
			status = 1;
		}
		finally {
			delete(work);
		}
		System.exit(status);
	}

	private void install(Path target, List<String> arguments) throws Exception {
		Path zip = this.work.resolve("apache-maven-" + this.version + "-bin.zip");
		System.err.println("mvnw: installing Maven " + this.version + " to " + target);
		if (!fetchedByMaven(zip, arguments)) {
			fetchFromArchive(zip);
		}
		unpack(zip);
		Path unpacked = this.work.resolve("apache-maven-" + this.version);
		for (String script : List.of("mvn", "mvnDebug", "mvnyjp")) {
			unpacked.resolve("bin").resolve(script).toFile().setExecutable(true, false);
		}
		try {
			Files.move(unpacked, target, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (FileSystemException ex) {
			// somebody else was first
			if (!Files.exists(target.resolve("bin/mvn"))) {
				throw ex;
			}
		}
	}

	private boolean fetchedByMaven(Path zip, List<String> arguments) throws Exception {
		boolean windows = System.getProperty("os.name").startsWith("Windows");
		List<String> command = new ArrayList<>(List.of(windows ? "mvn.cmd" : "mvn", "--batch-mode", "--quiet"));
		command.addAll(whereArtifactsComeFrom(arguments));
		command.add("org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy");
		command.add("-Dartifact=org.apache.maven:apache-maven:" + this.version + ":zip:bin");
		command.add("-DoutputDirectory=" + zip.getParent());
		return run(command) && isGenuine(zip);
	}

	/** Those of the user's arguments that name settings or a local repository. */
	private static List<String> whereArtifactsComeFrom(List<String> arguments) {
		List<String> result = new ArrayList<>();
		for (int i = 0; i < arguments.size(); i++) {
			String argument = arguments.get(i);
			if (List.of("-s", "--settings", "-gs", "--global-settings").contains(argument) && i + 1 < arguments.size()) {
				result.add(argument);
				result.add(Path.of(arguments.get(i + 1)).toAbsolutePath().toString());
			}
			else if (argument.startsWith("-Dmaven.repo.local=") || List.of("-o", "--offline").contains(argument)) {
				result.add(argument);
			}
		}
		return result;
	}

	private void fetchFromArchive(Path zip) throws Exception {
		String address = "https://archive.apache.org/dist/maven/maven-3/" + this.version + "/binaries/" + zip.getFileName();
		// curl and wget know the proxies of the environment, which Java does not
		if (!run(List.of("curl", "--fail", "--silent", "--show-error", "--location", "-o", zip.toString(), address))
				&& !run(List.of("wget", "--quiet", "-O", zip.toString(), address))) {
			try (InputStream in = URI.create(address).toURL().openStream()) {
				Files.copy(in, zip, StandardCopyOption.REPLACE_EXISTING);
			}
			catch (IOException ex) {
				throw new IOException(address + " cannot be fetched, and neither can mvn do it: " + ex, ex);
			}
		}
		if (!isGenuine(zip)) {
			throw new IOException(address + " has not the SHA-512 in .mvn/wrapper/maven-wrapper.properties");
		}
	}

	/** Whether the program is there and ended well. What it says is shown only if it did not. */
	private boolean run(List<String> command) throws Exception {
		Path output = this.work.resolve("output.txt");
		try {
			// away from the project, whose .mvn would apply to any mvn started inside it
			Process process = new ProcessBuilder(command).directory(this.work.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			process.getOutputStream().close();
			if (process.waitFor() == 0) {
				return true;
			}
		}
		catch (IOException ex) {
			return false;
		}
		System.err.write(Files.readAllBytes(output));
		return false;
	}

	private boolean isGenuine(Path zip) throws Exception {
		if (!Files.exists(zip)) {
			return false;
		}
		byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(zip));
		if (HexFormat.of().formatHex(digest).equals(this.sha512)) {
			return true;
		}
		System.err.println("mvnw: wrong SHA-512 of " + zip.getFileName() + ": " + HexFormat.of().formatHex(digest));
		return false;
	}

	private void unpack(Path zip) throws IOException {
		try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
			for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
				Path path = this.work.resolve(entry.getName());
				if (entry.isDirectory()) {
					Files.createDirectories(path);
				}
				else {
					Files.createDirectories(path.getParent());
					Files.copy(in, path);
				}
			}
		}
	}

	private static void delete(Path directory) throws IOException {
		try (var paths = Files.walk(directory)) {
			paths.sorted(Comparator.reverseOrder()).forEach((path) -> {
				try {
					Files.delete(path);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
			});
		}
	}

}
