//! A mail server of a story: it takes letters and shows them, can be away, and can refuse people.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mailparse::MailHeaderMap;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A letter as it arrived.
#[derive(Clone, Debug)]
pub struct Caught {
    /// To whom, as the envelope says.
    pub to: Vec<String>,
    /// Its title.
    pub title: String,
    /// Who gets the answer.
    pub reply_to: String,
    /// What names it, however often it is sent.
    pub message_id: String,
    /// What it says.
    pub body: String,
    /// All its headers' names.
    pub headers: Vec<String>,
}

impl Caught {
    /// The address in it that leads to a page, whole.
    pub fn link(&self) -> String {
        let line = self.body.lines().find(|line| line.contains("/l/"));
        line.unwrap_or_else(|| panic!("no link in {self:?}")).trim().to_owned()
    }
}

/// A mail server at an address of its own.
pub struct Catcher {
    port: u16,
    caught: Arc<Mutex<Vec<Caught>>>,
    serving: Option<JoinHandle<()>>,
}

impl Catcher {
    /// An address where nobody listens yet.
    pub async fn away() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { port, caught: Arc::default(), serving: None }
    }

    /// A mail server that is there.
    pub async fn new() -> Self {
        let mut catcher = Self::away().await;
        catcher.come().await;
        catcher
    }

    /// Begins to listen.
    pub async fn come(&mut self) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        let caught = Arc::clone(&self.caught);
        self.serving = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&caught)));
            }
        }));
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Waits until so many letters have arrived and gives them.
    pub async fn letters(&self, count: usize) -> Vec<Caught> {
        for _ in 0..400 {
            let caught = self.caught.lock().unwrap().clone();
            if caught.len() >= count {
                return caught;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} letters did not arrive: {:?}", self.caught.lock().unwrap());
    }

    /// Waits until so many letters to an address have arrived and gives the last of them.
    pub async fn letter_to(&self, address: &str, count: usize) -> Caught {
        for _ in 0..800 {
            let caught = self.arrived_to(address);
            if caught.len() >= count {
                return caught[count - 1].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} letters to {address} did not arrive: {:?}", self.caught.lock().unwrap());
    }

    /// Waits until a letter has arrived whose title names something and gives it.
    pub async fn letter_called(&self, name: &str) -> Caught {
        for _ in 0..800 {
            let caught = self.caught.lock().unwrap().clone();
            if let Some(letter) = caught.into_iter().find(|one| one.title.contains(name)) {
                return letter;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no letter about {name} arrived: {:?}", self.caught.lock().unwrap());
    }

    /// What has arrived for an address so far.
    pub fn arrived_to(&self, address: &str) -> Vec<Caught> {
        let caught = self.caught.lock().unwrap();
        caught.iter().filter(|one| one.to == [address]).cloned().collect()
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }
}

/// Speaks as much of RFC 5321 as a sender needs; nobody named `nobody` lives here.
async fn serve(stream: TcpStream, caught: Arc<Mutex<Vec<Caught>>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut to = Vec::new();
    let _ = write.write_all(b"220 catcher\r\n").await;
    while let Ok(Some(line)) = lines.next_line().await {
        let word = line.to_ascii_uppercase();
        let answer: &[u8] = if word.starts_with("EHLO") {
            b"250-catcher\r\n250 8BITMIME\r\n"
        } else if word.starts_with("RCPT TO:<NOBODY@") {
            b"550 5.1.1 nobody lives here\r\n"
        } else if word.starts_with("RCPT TO:") {
            to.push(line["RCPT TO:<".len()..].split('>').next().unwrap().to_owned());
            b"250 ok\r\n"
        } else if word == "DATA" {
            let _ = write.write_all(b"354 go on\r\n").await;
            let mut raw = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "." {
                    break;
                }
                raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                raw.push_str("\r\n");
            }
            caught.lock().unwrap().push(letter(std::mem::take(&mut to), &raw));
            b"250 taken\r\n"
        } else if word == "QUIT" {
            let _ = write.write_all(b"221 bye\r\n").await;
            return;
        } else {
            b"250 ok\r\n"
        };
        if write.write_all(answer).await.is_err() {
            return;
        }
    }
}

fn letter(to: Vec<String>, raw: &str) -> Caught {
    let mail = mailparse::parse_mail(raw.as_bytes()).unwrap();
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    Caught {
        to,
        title: header("Subject"),
        reply_to: header("Reply-To"),
        message_id: header("Message-ID"),
        body: mail.get_body().unwrap(),
        headers: mail.headers.iter().map(mailparse::MailHeader::get_key).collect(),
    }
}
