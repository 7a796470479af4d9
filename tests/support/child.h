#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace counterfoil {

/// A process of the program ledger_child, with a pipe to read what it prints. It is killed at the
/// end of its life. A program of its own, because RocksDB's threads do not survive a fork.
class Child {
 public:
  explicit Child(const std::vector<std::string>& arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    std::vector<std::string> all = {COUNTERFOIL_BINARY_DIR "/ledger_child"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& argument : all) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("cannot fork");
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execv(argv.front(), argv.data());
      ::_exit(127);
    }
    ::close(ends[1]);
    output_ = ends[0];
  }
  ~Child() {
    kill();
    ::close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  /// The next line that it prints, without its end; nothing where it ended.
  std::string read_line() {
    for (;;) {
      const std::size_t end = buffered_.find('\n');
      if (end != std::string::npos) {
        std::string line = buffered_.substr(0, end);
        buffered_.erase(0, end + 1);
        return line;
      }
      if (!read_more()) return {};
    }
  }
  /// The whole lines that it prints until it ends.
  std::vector<std::string> read_lines() {
    while (read_more()) {
    }
    std::vector<std::string> lines;
    while (buffered_.find('\n') != std::string::npos) lines.push_back(read_line());
    return lines;
  }

  void kill() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    wait();
  }
  /// The signal that ended it; 0 where it ended by itself with status 0, -1 with another.
  int wait() {
    int status = 0;
    if (pid_ != 0) ::waitpid(pid_, &status, 0);
    pid_ = 0;
    if (WIFSIGNALED(status)) return WTERMSIG(status);
    return WEXITSTATUS(status) == 0 ? 0 : -1;
  }

 private:
  bool read_more() {
    char bytes[4096];
    const ssize_t got = ::read(output_, bytes, sizeof bytes);
    if (got <= 0) return false;
    buffered_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }

  pid_t pid_ = 0;
  int output_ = -1;
  std::string buffered_;
};

}  // namespace counterfoil
